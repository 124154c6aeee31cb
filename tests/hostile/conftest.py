from hostile_folders import guarded

__all__ = ["guarded"]

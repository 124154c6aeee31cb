import pytest


@pytest.fixture
def write(tmp_path):
    """Write files of a data set by name, and return their folder."""

    def write(files, folder="reviews"):
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (path / name).write_bytes(data)
        return path

    return write

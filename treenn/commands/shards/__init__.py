"""Large corpora: `treenn parse|predict --out FILE`, in chunks, by worker processes, resumable, in shards."""

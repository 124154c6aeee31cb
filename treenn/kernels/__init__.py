"""Element-wise parts of networks as kernels that Numba compiles: the extra `treenn[fast]`.

Between two matrix products, torch runs about 10 operations per level of a forest, each of which reads and writes
memory; at 25 trees per batch, most of them take less time than their call. A kernel is one call and one pass over the
rows. Kernels agree with torch's operations to 1e-6; `treenn.runtime.kernel_choice` tells where they are used.
"""

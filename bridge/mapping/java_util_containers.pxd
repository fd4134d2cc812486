cimport cython
from ..stream cimport native
from .adapters cimport fill_entries, fill_map

cpdef _enum_map_of(key_type, list entries)

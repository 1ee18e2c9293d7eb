// Included first by files whose code runs once a query or less: compiled for size, which inlined strings and maps would
// else make a third of the addon; first, so that it reaches what they instantiate of the standard library too (0.3 MB).
// An inline function that such a file shares with others may be the small one for all of them, where it is not inlined;
// loops call none of those. No include guard: it works on what follows.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("Os")
#endif

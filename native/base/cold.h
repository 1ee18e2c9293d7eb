// Included last by files whose code runs once a query or less: compiled for size, which inlined strings and maps would
// else make a fifth of the addon. No include guard: it works on what follows.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("Os")
#endif

// Included first by files whose code runs once a query or less: compiled for size, which inlined strings and maps would
// else make a third of the addon; first, so that it reaches what they instantiate of the standard library too (0.2 MB).
// An inline function that such a file shares with others may be the small one for all of them, where it is not inlined;
// loops call none of those. What every query passes (exec/plan, query, stage, pipeline) goes without: a query on 1,000
// rows took 2 % longer. No include guard: it works on what follows.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("Os")
#endif

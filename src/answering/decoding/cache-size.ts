/** Upper bound of a key-value cache whose size is not given. */
export const MOST_CACHE_BYTES = 4 * 2 ** 30;

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON schema as it was parsed. */
export type JsonSchema = boolean | { readonly [keyword: string]: Json };

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A parsed JSON schema. */
export type JsonSchema = boolean | { readonly [keyword: string]: Json };

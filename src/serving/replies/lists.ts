/** Paginated lists. */
import { z } from '@hono/zod-openapi';
import { pageOf, type Page, type PageWish } from '../../store/registry/index.ts';
import { invalidValue } from '../api-error.ts';

/** Query fields of a list: at most `most` rows per page, by default `usual`. */
export function pageFields(usual: number, most: number) {
  return {
    after: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(most).default(usual),
  };
}

export const orderField = z.enum(['asc', 'desc']).default('desc');

export function listReply<Schema extends z.ZodType>(item: Schema, name: string) {
  return z
    .strictObject({
      object: z.literal('list'),
      data: z.array(item),
      has_more: z.boolean(),
      first_id: z.string().nullable(),
      last_id: z.string().nullable(),
    })
    .openapi(name);
}

/** A page of rows in order of creation. @throws ApiError 400 for an unknown `after` */
export function listPage<Row extends { id: string }, Item extends { id: string }>(
  rows: readonly Row[],
  wish: PageWish,
  itemOf: (row: Row) => Item,
): Response {
  return pageReply(pageOf(rows, wish), wish, itemOf);
}

/** `listPage` for rows that were read as a page. */
export function pageReply<Row, Item extends { id: string }>(
  page: Page<Row> | undefined,
  { after = '' }: Pick<PageWish, 'after'>,
  itemOf: (row: Row) => Item,
): Response {
  if (page === undefined) throw invalidValue('after', `There is no item with the id '${after.slice(0, 100)}'.`);
  const data = page.rows.map(itemOf);
  return Response.json({
    object: 'list',
    data,
    has_more: page.hasMore,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  });
}

/** Unix time in seconds, as in replies. */
export function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

export const metadataField = z
  .record(z.string().max(64), z.string().max(512))
  .refine((value) => Object.keys(value).length <= 16, 'must have at most 16 pairs');

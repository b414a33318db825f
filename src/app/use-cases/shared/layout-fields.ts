import type { FieldKit } from '../fields.ts';
import { columnsField } from './columns-field.ts';

/** Options for files whose format or columns differ from those of the training rows. */
export function layoutFields(fields: FieldKit) {
  return {
    columns: columnsField(
      fields,
      "the format's field → your column, or several: [subject, body] (default: as in training)",
    ),
    format: fields.text('NAME', 'row format (as in training, or detected)'),
  };
}

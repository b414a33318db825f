import type { FieldKit } from '../fields.ts';
import { columnsField } from './columns-field.ts';

/** How the rows of a file are read, where they are laid out otherwise than those that the model was trained on. */
export function layoutFields(fields: FieldKit) {
  return {
    columns: columnsField(
      fields,
      "the format's field → your column, or several: [subject, body] (default: as in training)",
    ),
    format: fields.text('NAME', 'row format (as in training, or detected)'),
  };
}

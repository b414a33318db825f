import type { z } from 'zod';
import type { Setting } from './recipe-settings.ts';

/**
 * Parses the text of a flag according to its key: `--output_dir 2024` is a folder, `--epochs 2` a number,
 * `--target_modules q_proj,v_proj` a list.
 */
export function readFlagText(setting: Setting, schema: z.ZodType): unknown {
  const { value, text } = setting;
  if (text === undefined) return value;
  const list = splitList(text);
  const readings = list !== undefined && list.length > 1 ? [list, value, text] : [value, text, list];
  const fitting = readings.find((reading) => reading !== undefined && schema.safeParse(reading).success);
  return fitting === undefined ? value : fitting;
}

/** Splits names at commas; a path or pattern that contains a comma must be given as a YAML list. */
function splitList(text: string): string[] | undefined {
  const items = text.split(',').map((item) => item.trim());
  return items.every((item) => /^[^\s{}[\]()*+?\\]+$/.test(item)) ? items : undefined;
}

import { argilla } from './argilla.ts';
import type { Exchange } from './exchange.ts';
import { labelStudio } from './label-studio.ts';

export { sideOf, type Exchange, type ImportedLabel } from './exchange.ts';

export const toolNames = ['argilla', 'label-studio'] as const;

export type ToolName = (typeof toolNames)[number];

export const tools: Readonly<Record<ToolName, Exchange>> = { argilla, 'label-studio': labelStudio };

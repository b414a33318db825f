import { argilla } from './argilla.ts';
import type { Exchange } from './exchange.ts';
import { labelStudio } from './label-studio.ts';
import type { ToolName } from './tool-names.ts';

export { toolNames, type ToolName } from './tool-names.ts';
export { sideOf, type Exchange, type ImportedLabel } from './exchange.ts';

export const tools: Readonly<Record<ToolName, Exchange>> = { argilla, 'label-studio': labelStudio };

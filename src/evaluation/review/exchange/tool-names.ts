/** Tools whose projects are read and written. */
export const toolNames = ['argilla', 'label-studio'] as const;

export type ToolName = (typeof toolNames)[number];

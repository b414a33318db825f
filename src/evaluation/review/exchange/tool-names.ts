/** Tools that reviews can be exchanged with. */
export const toolNames = ['argilla', 'label-studio'] as const;

export type ToolName = (typeof toolNames)[number];

/** Module of each asynchronous function of the public API, loaded only when it is called. */
export const functions = {
  mountServer: async () => (await import('../serve/serve.ts')).mountServer,
  openEmbedder: async () => (await import('../embed/embedder.ts')).openEmbedder,
  openIndex: async () => (await import('../retrieve/open-index.ts')).openIndex,
  openModel: async () => (await import('../talk.ts')).openTalker,
  openPage: async () => (await import('../page/index.ts')).openPage,
  openPredictor: async () => (await import('../predict.ts')).openPredictor,
  resolveRecipe: async () => (await import('../recipe/index.ts')).resolveRecipe,
  resolveRecipeFile: async () => (await import('../recipe/index.ts')).resolveRecipeFile,
};

export type FunctionName = keyof typeof functions;
export type FunctionOf<Name extends FunctionName> = Awaited<ReturnType<(typeof functions)[Name]>>;

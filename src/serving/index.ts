/** Serves models over OpenAI's API. */
export { createKey, type NewKey } from './access/api-keys.ts';
export { createServer, type MountedServer } from './create-server.ts';
export { listen, type RunningServer } from './listen.ts';
export type {
  ItemModel,
  RequestRow,
  ModelKind,
  Opener,
  OpenRequest,
  OpenedModels,
  RowModel,
  TargetFacts,
  VectorModel,
  Writer,
} from './models/opened.ts';
export type { JobTarget, Plan, Published, Trainer } from './training/training-interface.ts';
export { ApiError } from './api-error.ts';
export {
  settingsSchema,
  usualMonitorSettings,
  type MonitorSettings,
  type ServeSettings,
  type ServeSettingsInput,
} from './server-settings.ts';

export { bootstrapInterval, pairedBootstrap, type BootstrapOptions, type Interval } from './bootstrap.ts';
export { discordant, mcnemarExact, type Discordant } from './mcnemar.ts';
export { wilsonInterval } from './wilson.ts';

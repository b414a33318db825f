/** Models and data sets of the Hugging Face hub, in the cache shared with its own tools. */
export { downloadFile } from './download.ts';
export { isRepositoryName, parseRepository, type Repository } from './repository.ts';

export { pullRepository, type Pulled, type PullOptions } from './pull-repository.ts';
export { hubSettings } from './hub-settings.ts';
export { snapshotFolder } from './snapshot.ts';
export { fetchModelConfig } from './model-config.ts';

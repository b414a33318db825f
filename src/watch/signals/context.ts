import type { TrainingProfile } from '../profile/training-profile.ts';
import type { RecentRequests } from './asked-again.ts';

/** What signals may look at besides the answer. */
export interface SignalContext {
  /** Of the version; undefined where it is not known what it was trained on. */
  profile?: TrainingProfile;
  /** Of a text, where it is long enough to tell. */
  languageOf?: (text: string) => string | undefined;
  recent?: RecentRequests;
}

import type { TrainingProfile } from '../profile/training-profile.ts';
import type { RecentRequests } from './asked-again.ts';

/** Context of an answer that signals may use. */
export interface SignalContext {
  /** Training profile of the version, if known. */
  profile?: TrainingProfile;
  /** Language of a text that is long enough to detect it. */
  languageOf?: (text: string) => string | undefined;
  recent?: RecentRequests;
}

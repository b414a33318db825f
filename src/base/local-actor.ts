import { userInfo } from 'node:os';

/** Actor in the audit log: the user of this machine. */
export function localActor(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user without a name.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

import { userInfo } from 'node:os';

/** Actor in the audit log: the user of this machine. */
export function localActor(): string {
  try {
    return userInfo().username;
  } catch {
    // Containers may run under a uid without a user name.
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

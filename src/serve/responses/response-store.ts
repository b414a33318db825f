/** Answers that later requests may go on from, in memory: those used last, up to a limit. */
export class ResponseStore {}

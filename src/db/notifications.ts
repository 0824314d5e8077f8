/** Hears what other processes announce (PostgreSQL's `LISTEN` and `NOTIFY`). */
export interface Notifications {
  /** Handles the notifications of a channel. Call it before the first `keepAwake`. */
  on(channel: string, handle: (payload: string) => void): void;
  /** Says that notifications matter now: connects, and stays connected for half a minute. Costs next to nothing. */
  keepAwake(): void;
  /**
   * Until when nothing was missed, by `performance.now`: whatever was committed before was handled.
   * @param since what is read must have been read after this time, by `performance.now`.
   * @returns undefined when notifications were not heard all the time since.
   */
  caughtUpAt(since: number): number | undefined;
}

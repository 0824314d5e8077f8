/** The signed-in user, by way of one live session. */
export interface Viewer {
  readonly userId: string;
  readonly sessionId: string;
}

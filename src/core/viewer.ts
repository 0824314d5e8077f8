/** Who asks: a signed-in person, by way of one live session. Every service function takes it first. */
export interface Viewer {
  readonly userId: string;
  readonly sessionId: string;
}

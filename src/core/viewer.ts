/** The signed-in user, authenticated by a live session. */
export interface Viewer {
  readonly userId: string;
  readonly sessionId: string;
}

/** The signed-in user, authenticated by a personal API token. */
interface ApiTokenViewer {
  readonly userId: string;
  readonly apiToken: {
    readonly id: string;
    /** What the token may do. */
    readonly scopes: readonly string[];
  };
}

/** The signed-in user, by whichever credential. */
export type Principal = Viewer | ApiTokenViewer;

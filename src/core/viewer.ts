/** The signed-in user, authenticated by a live session. */
export interface Viewer {
  readonly userId: string;
  /** The session: ours, or for a token of another issuer an id derived from the issuer's session. */
  readonly sessionId: string;
  /** Present when another issuer signed the token. */
  readonly issued?: IssuedToken;
}

/** A token of another issuer. */
export interface IssuedToken {
  readonly issuer: string;
  /** The issuer's id of the user. */
  readonly subject: string;
  /** In seconds since the epoch; 0 when the token does not tell. */
  readonly issuedAt: number;
  /** When it stops being accepted, in seconds since the epoch. */
  readonly expiresAt: number;
  /** Identifies the token, however its signature is encoded. */
  readonly digest: string;
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

/** Who it is, as fields of a log line. */
export const principalFields = (viewer: Principal) => ({
  userId: viewer.userId,
  ...('apiToken' in viewer ? { apiTokenId: viewer.apiToken.id } : {}),
});

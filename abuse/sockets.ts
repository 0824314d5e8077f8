import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a connection ended. */
export interface Ending {
  /** Of the responses that came. */
  readonly statuses: readonly number[];
  /** Whether the server closed it. */
  readonly isClosed: boolean;
  /** From the last of the connections on, in milliseconds. */
  readonly afterMs: number;
}

/** Many connections to a server. */
export interface Sockets {
  /** Sends to each connection that is open. */
  send(data: string | Buffer): void;
  /** Sends the end of the stream, and goes on reading. */
  half(): void;
  /** Sends a piece to each connection in turn, again and again, until all are closed or `timeoutMs` is over. */
  trickle(piece: string, everyMs: number): void;
  /** Waits until the server has closed all of them. */
  endings(timeoutMs: number): Promise<Ending[]>;
  /** How many the server has not closed yet. */
  readonly open: number;
  /** Breaks off those that are open. */
  destroy(): void;
}

export interface SocketOptions {
  /** Whether what arrives is read. */
  readonly isReading?: boolean;
}

export type OpenSockets = (count: number, options?: SocketOptions) => Promise<Sockets>;

/** Linux has all of 127.0.0.0/8; each address has some 28,000 ports for connections. */
const socketsPerAddress = 5_000;
/** Connections that are opened at once: fewer than the server lets wait. */
const batchSize = 500;
/** Characters of a response that are kept. */
const maxKept = 4_096;

/** Opens connections from several addresses of this machine. @throws Error when one cannot be opened. */
export async function openSockets(port: number, count: number, { isReading = true }: SocketOptions = {}): Promise<Sockets> {
  const members: Member[] = [];
  for (let at = 0; at < count; at += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, count - at) }, (_, index) => addressOf(at + index));
    members.push(...(await Promise.all(batch.map((address) => openMember(port, address, isReading)))));
  }
  const startedAt = performance.now();
  const open = () => members.filter(({ socket }) => !socket.destroyed);
  let timer: NodeJS.Timeout | undefined;
  return {
    send: (data) => {
      for (const { socket } of open()) socket.write(data);
    },
    half: () => {
      for (const { socket } of open()) socket.end();
    },
    trickle: (piece, everyMs) => {
      timer = setInterval(() => {
        for (const { socket } of open()) socket.write(piece);
      }, everyMs);
    },
    endings: async (timeoutMs) => {
      while (open().length > 0 && performance.now() < startedAt + timeoutMs) await sleep(20);
      return members.map((member) => endingOf(member, startedAt));
    },
    get open() {
      return open().length;
    },
    destroy: () => {
      clearInterval(timer);
      for (const { socket } of members) socket.destroy();
    },
  };
}

const addressOf = (index: number): string => `127.0.0.${2 + Math.floor(index / socketsPerAddress)}`;

interface Member {
  readonly socket: Socket;
  text: string;
  closedAt: number;
}

async function openMember(port: number, localAddress: string, isReading: boolean): Promise<Member> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  const member: Member = { socket, text: '', closedAt: Number.POSITIVE_INFINITY };
  await once(socket, 'connect');
  // A reset ends it like any other end.
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  socket.on('close', () => {
    member.closedAt = performance.now();
  });
  if (isReading)
    socket.setEncoding('latin1').on('data', (text: string) => {
      if (member.text.length < maxKept) member.text += text;
    });
  return member;
}

const endingOf = ({ socket, text, closedAt }: Member, startedAt: number): Ending => ({
  statuses: [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status)),
  isClosed: socket.destroyed,
  afterMs: closedAt - startedAt,
});

/**
 * Compares how connections ended.
 * @param expected the statuses that each may have got, such as `408`, with `closed` for none.
 * @returns a line for each other kind of end.
 */
export function unexpectedEndings(endings: readonly Ending[], expected: readonly (number | 'closed')[]): string[] {
  const counts = new Map<string, number>();
  for (const { statuses, isClosed } of endings) {
    const last = statuses.at(-1) ?? 'closed';
    if (isClosed && expected.includes(last)) continue;
    const kind = isClosed ? `${last}` : `still open${statuses.length > 0 ? ` after ${last}` : ''}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(
    ([kind, count]) => `${count} of ${endings.length} connections: ${kind} instead of ${expected.join(', ')}`,
  );
}

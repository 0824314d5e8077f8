import { OtherProtocol, WrongSession } from '../connection/connect-errors.js';
import { isSocket } from '../connection/url-candidates.js';
import { type Failure, hasCode, type Rule, rule, says } from './failure.js';

const onSocket = (code: string) => (failure: Failure) => isSocket(failure.candidate.host) && failure.code === code;

const timeoutWords = /timeout expired|connection timeout|timeout exceeded when trying to connect|^Query read timeout/i;

/** What keeps a connection from reaching PostgreSQL. */
export const networkRefusals: readonly Rule[] = [
  rule(onSocket('ENOENT'), 'cannot be reached: there is no socket (ENOENT)', 'start PostgreSQL, or correct the folder in host='),
  rule(onSocket('ECONNREFUSED'), 'cannot be reached: nobody serves the socket (ECONNREFUSED)', 'start PostgreSQL'),
  rule(
    onSocket('EACCES'),
    `cannot be reached: the socket may not be opened by user ${process.getuid?.()} (EACCES)`,
    'see unix_socket_permissions and unix_socket_group in postgresql.conf',
  ),
  rule(hasCode(/^ENOTFOUND$/), 'cannot be reached: no host has this name (ENOTFOUND)', 'correct the host'),
  rule(
    hasCode(/^EAI_/),
    ({ code }) => `cannot be reached: the name server does not answer (${code})`,
    'see the DNS of this machine',
  ),
  rule(
    hasCode(/^ECONNREFUSED$/),
    'cannot be reached: nothing listens on the port (ECONNREFUSED)',
    'start PostgreSQL (listen_addresses in postgresql.conf), or correct host and port',
  ),
  rule(
    hasCode(/^(EHOST|ENET)/),
    ({ code }) => `cannot be reached: there is no route to the host (${code})`,
    'correct the host, or see the network',
  ),
  rule(
    ({ error, words }) =>
      error instanceof OtherProtocol || /received invalid response|error establishing an SSL connection/.test(words),
    'does not exist: what listens on the port does not speak PostgreSQL’s protocol',
    'correct host and port',
  ),
  rule(
    ({ code, words }) => code === 'ETIMEDOUT' || timeoutWords.test(words),
    'does not answer in time',
    'correct host and port, see that no firewall drops the packets, or raise connect_timeout',
  ),
  rule(
    ({ error }) => error instanceof WrongSession,
    ({ settings }) => `is not what target_session_attrs=${settings.targetSessionAttrs} asks for`,
    'name all hosts of the cluster, or wait for its failover',
  ),
  rule(
    (failure) => failure.code === 'ECONNRESET' || says(/Connection terminated/)(failure),
    'closes the connection before it answers',
    'see that PostgreSQL listens on the port, and its log',
  ),
];

import type { Fault } from './fault.js';
import { commitCut, poolerRestart } from './faults/connections.js';
import { failover } from './faults/failover.js';
import { postgresFaults } from './faults/postgres.js';
import { balancedServerKill, serverKill } from './faults/server.js';

/** Every fault, in the order in which `npm run chaos -- all` runs them. */
export const faults: readonly Fault[] = [serverKill, ...postgresFaults, commitCut, poolerRestart, failover, balancedServerKill];

const livenessPath = '/health';
const databasePath = '/health/db';

/** Whether a path is that of the check of the process alone. */
export const isLivenessCheck = (path: string): boolean => path === livenessPath;

/** Whether a path is one of the two health checks. */
export const isHealthCheck = (path: string): boolean => path === livenessPath || path === databasePath;

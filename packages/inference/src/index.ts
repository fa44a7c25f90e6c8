export { judgeFiles } from './judge-files.ts';
export { createModelClients, type ModelClientsOptions, type ReadKey } from './model-clients.ts';

export { createModelClients, type ModelClientsOptions, type ReadKey } from './model-clients.ts';

export type { BatchScript } from './scripted-batches.ts';
export { nonceOf, type ScriptedOpenAiServer, startScriptedOpenAiServer } from './scripted-openai-server.ts';
export type { ScriptedReply, ScriptedRequest } from './scripted-requests.ts';
export { createTestDatabase, SERVER_VARIABLE, TEMPLATE, type TestDatabase } from './test-database.ts';

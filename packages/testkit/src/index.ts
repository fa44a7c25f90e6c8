export type { BatchScript } from './scripted-batches.ts';
export {
  nonceOf,
  type ScriptedOpenAiServer,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedOpenAiServer,
} from './scripted-openai-server.ts';
export { createTestDatabase, SERVER_VARIABLE, TEMPLATE, type TestDatabase } from './test-database.ts';

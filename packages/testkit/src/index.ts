export { createTestDatabase, SERVER_VARIABLE, TEMPLATE, type TestDatabase } from './test-database.ts';

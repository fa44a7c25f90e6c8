export { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
export { type Account, chooseAccount } from './run-as.ts';
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './start-embedded-postgres.ts';

export { isReservedName } from './key-names.ts';
export { readOwnPorts } from './own-ports.ts';
export { answerService, askSupervisor, type Channel, type SupervisorAsk } from './supervisor-channel.ts';

/**
 * Arguments of Node for a judge service. What a call leaves behind dies young; with V8's usual room for young objects the
 * service grew to 400 MB of which 70 were in use (bench:judge), with this to 220.
 */
export const JUDGE_NODE_ARGS: readonly string[] = ['--max-semi-space-size=8'];

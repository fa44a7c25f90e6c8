export { isReservedName } from './key-names.ts';
export { readOwnPorts } from './own-ports.ts';
export { answerService, askSupervisor, type Channel, type SupervisorAsk } from './supervisor-channel.ts';

/** Choices that this device remembers: small, optional, and lost without harm. */
export type DeviceChoice = 'keys' | 'scroll_together';

const nameOf = (choice: DeviceChoice) => `agon.${choice}`;

/** @returns `byDefault` where nothing is stored, or where the browser stores nothing */
export function readChoice(choice: DeviceChoice, byDefault: boolean): boolean {
  try {
    const stored = localStorage.getItem(nameOf(choice));
    return stored === null ? byDefault : stored === 'on';
  } catch {
    return byDefault;
  }
}

export function keepChoice(choice: DeviceChoice, isOn: boolean): void {
  try {
    localStorage.setItem(nameOf(choice), isOn ? 'on' : 'off');
  } catch {
    // it holds for this page
  }
}

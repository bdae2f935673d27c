import { messages as about } from './about.json?lingui';
import { messages as accounts } from './accounts.json?lingui';
import { messages as details } from './details.json?lingui';
import { messages as failures } from './failures.json?lingui';
import { messages as family } from './family.json?lingui';
import { messages as frame } from './frame.json?lingui';
import { messages as kiosk } from './kiosk.json?lingui';
import { messages as preferences } from './preferences.json?lingui';
import { messages as reservations } from './reservations.json?lingui';
import { messages as sync } from './sync.json?lingui';

export const messages = {
  ...about,
  ...accounts,
  ...details,
  ...failures,
  ...family,
  ...frame,
  ...kiosk,
  ...preferences,
  ...reservations,
  ...sync,
};

import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openAt, title } from '../../../dev/render';
import { scenes } from '../../../dev/scenes';

test('a code is pasted as it is', async () => {
  const user = await openAt(scenes.open(), '/compte/code');
  await title('Changer mon code');
  const field = await screen.findByLabelText('Nouveau code secret');
  await user.click(field);
  await user.paste('  Une phrase collée de 2026, avec ses blancs ');
  expect(field).toHaveValue('  Une phrase collée de 2026, avec ses blancs ');
});

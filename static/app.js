// Small comforts; every page works without them.
'use strict';

for (const button of document.querySelectorAll('button[data-copy]')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  const label = button.firstChild;
  const words = label.textContent;
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      label.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(source);
      label.textContent = 'Selected';
    }
    setTimeout(() => { label.textContent = words; }, 2000);
  });
}

// A form is sent once: a second press while the answer is on its way changes nothing.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
    setTimeout(() => { delete form.dataset.sent; }, 5000);
  });
}
// A page that comes back from the browser's own cache may be sent again.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copied]");
  if (!button) return;
  const text = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    getSelection().selectAllChildren(text);
    document.execCommand("copy");
  }
  button.textContent = button.dataset.copied;
});

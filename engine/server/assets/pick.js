// Sends the form as soon as a choice is made, so that the next list fits it.
// Without JavaScript the button "Xem" does the same.
document.documentElement.classList.add("scripted");
for (const form of document.querySelectorAll("form[data-pick]")) {
  form.addEventListener("change", (event) => {
    // What depends on an earlier choice is chosen anew.
    const fields = [...form.querySelectorAll("[data-parameter]")];
    const changed = fields.indexOf(event.target);
    for (const later of fields.slice(changed + 1)) {
      if (later.dataset.depends?.split(" ").includes(event.target.name)) later.value = "";
    }
    form.setAttribute("aria-busy", "true");
    form.requestSubmit();
  });
}

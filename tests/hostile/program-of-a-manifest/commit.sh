key stolen "$touch_ran"

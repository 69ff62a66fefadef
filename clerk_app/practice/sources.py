"""The rules the points of the lessons follow from, and who speaks."""

NOTICE_LAW = "行政许可法第三十二条第一款第四项"
ON_THE_SPOT = "行政许可法第三十二条第一款第三项"
ACCEPT_LAW = "行政许可法第三十二条第一款第五项"
PROVISIONAL_RULE = "容缺受理只限可后补的材料，申请人书面承诺"
NUMBER_RULE = "证件号码核对校验位（GB 11643、GB 32100）"
ONE_SET = "一件事：同样的材料只收一套"
COUNTED = "收件登记实收份数，不是打勾"
HANDS = "交接清单不改，差异另行登记"
VISIT = "到场次数以事项上限为准"

SHE, COURIER, OFFICE = "申请人", "揽收员", "部门来电"

APPLICANT = "申请人的姓名、证件号码与证件一致"
SITUATION = "按申请人说的选定情形"
